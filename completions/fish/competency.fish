# SPDX-License-Identifier: MIT

# Whether the command on the line is one of these.
function __competency_command_is
    set -l words (commandline -opc)
    test (count $words) -gt 1; and contains -- $words[2] $argv
end

function __competency_has_no_command
    test (count (commandline -opc)) -eq 1
end

complete -c competency -f
complete -c competency -n __competency_has_no_command -l help -d 'Print the commands'
complete -c competency -n __competency_has_no_command -l version -d 'Print the version'
complete -c competency -n __competency_has_no_command -a match -d 'Say how well each candidate fits a role'
complete -c competency -n __competency_has_no_command -a rank -d 'Put candidates in order, best first'
complete -c competency -n __competency_has_no_command -a gap -d 'Say what a candidate lacks'
complete -c competency -n __competency_has_no_command -a similar -d 'Say how similar texts are'
complete -c competency -n __competency_has_no_command -a embed -d 'Turn lines of text into vectors'
complete -c competency -n __competency_has_no_command -a model -d 'Say what an embedding model is'
complete -c competency -n __competency_has_no_command -a eval -d 'Measure the model and the scoring'
complete -c competency -n __competency_has_no_command -a cache -d 'Say what vectors are kept on disk, or drop them'

complete -c competency -n '__competency_command_is match rank gap similar embed model cache eval' -l cache -x -a '(__fish_complete_directories)' -d 'Where vectors are kept'
complete -c competency -n '__competency_command_is match rank gap similar embed model cache eval' -l help -d 'Print the options'

complete -c competency -n '__competency_command_is match rank gap similar embed model eval' -l model -r -F -d 'The embedding model'
complete -c competency -n '__competency_command_is match rank gap similar embed model eval' -l precision -x -a 'f32 f16 int8' -d 'Of the weights'

complete -c competency -n '__competency_command_is gap similar model cache eval' -l format -x -a 'table json' -d 'What to write'

complete -c competency -n '__competency_command_is match rank embed eval' -l jobs -x -d 'Threads'

complete -c competency -n '__competency_command_is match rank gap eval' -l strategy -x -a 'default conservative aggressive' -d 'How the scores become one'
complete -c competency -n '__competency_command_is match rank gap eval' -l config -r -F -d 'Parameters of the scoring model'

complete -c competency -n '__competency_command_is match rank gap embed' -F

complete -c competency -n '__competency_command_is match rank gap' -l role -r -F -d 'What is required'
complete -c competency -n '__competency_command_is match rank gap' -l scoring -x -a 'classic' -d 'The scoring model'
complete -c competency -n '__competency_command_is match rank gap' -l similarity-threshold -x -d 'from 0 to 1: below it nothing is similar'
complete -c competency -n '__competency_command_is match rank gap' -l severe-threshold -x -d 'from 0 to 1: below it the severe penalty applies'
complete -c competency -n '__competency_command_is match rank gap' -l moderate-penalty -x -d 'from 0 to 1'
complete -c competency -n '__competency_command_is match rank gap' -l severe-penalty -x -d 'from 0 to 1'
complete -c competency -n '__competency_command_is match rank gap' -l ratio-weight-meets -x -d 'from 0 to 1'
complete -c competency -n '__competency_command_is match rank gap' -l ratio-weight-below -x -d 'from 0 to 1'
complete -c competency -n '__competency_command_is match rank gap' -l max-confidence-weight -x -d 'any number'
complete -c competency -n '__competency_command_is match rank gap' -l very-similar-boost -x -d 'any number; kept, not used'
complete -c competency -n '__competency_command_is match rank gap' -l moderately-similar-boost -x -d 'any number; kept, not used'
complete -c competency -n '__competency_command_is match rank gap' -l high-score-dampening -x -d 'any number; kept, not used'
complete -c competency -n '__competency_command_is match rank gap' -l desired-variance -x -d '0 or more'
complete -c competency -n '__competency_command_is match rank gap' -l max-variance-factor -x -d 'from 0 to 1'
complete -c competency -n '__competency_command_is match rank gap' -l zero-proficiency-alpha -x -d 'above 0'
complete -c competency -n '__competency_command_is match rank gap' -l zero-proficiency-beta -x -d 'above 0'
complete -c competency -n '__competency_command_is match rank gap' -l perfect-proficiency-alpha -x -d 'above 0'
complete -c competency -n '__competency_command_is match rank gap' -l perfect-proficiency-beta -x -d 'above 0'

complete -c competency -n '__competency_command_is match gap' -l candidate -r -F -d 'One candidate'

complete -c competency -n '__competency_command_is match rank' -l candidates -r -F -d 'Candidates, JSONL or CSV'
complete -c competency -n '__competency_command_is match rank' -l input-format -x -a 'jsonl csv' -d 'What the candidates are written in'
complete -c competency -n '__competency_command_is match rank' -l require-must-haves -d 'Only candidates that meet every must-have'

complete -c competency -n '__competency_command_is match' -l format -x -a 'table json jsonl csv classic' -d 'What to write'

complete -c competency -n '__competency_command_is rank' -l top -x -a 'all' -d 'How many are kept'
complete -c competency -n '__competency_command_is rank' -l order-by -x -a 'score must-haves weighted-score' -d 'What the order is by'
complete -c competency -n '__competency_command_is rank' -l format -x -a 'table json jsonl csv' -d 'What to write'

complete -c competency -n '__competency_command_is similar' -l matrix -d 'Every text to every other'

complete -c competency -n '__competency_command_is embed' -l format -x -a 'jsonl f32' -d 'What to write'

complete -c competency -n '__competency_command_is model' -s o -r -F -d 'Where to pack to'
complete -c competency -n '__competency_command_is model' -l output -r -F -d 'Where to pack to'
complete -c competency -n '__competency_command_is model' -l sha256 -x -d 'What the hash must be'
complete -c competency -n '__competency_command_is model' -x -a 'info verify pack list'

complete -c competency -n '__competency_command_is cache' -x -a 'info clear'

complete -c competency -n '__competency_command_is eval' -l data -x -a '(__fish_complete_directories)' -d 'The data'
complete -c competency -n '__competency_command_is eval' -x -a 'synonyms near-misses related demo'
