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
complete -c competency -n __competency_has_no_command -a cache -d 'Say what vectors are kept on disk, or drop them'

complete -c competency -n '__competency_command_is match' -l role -r -F -d 'What is required'
complete -c competency -n '__competency_command_is match' -l candidate -r -F -d 'One candidate'
complete -c competency -n '__competency_command_is match' -l candidates -r -F -d 'Candidates, one a line'
complete -c competency -n '__competency_command_is match' -l strategy -x -a 'default conservative aggressive' -d 'How the scores become one'
complete -c competency -n '__competency_command_is match' -l scoring -x -a 'classic' -d 'The scoring model'
complete -c competency -n '__competency_command_is match' -l config -r -F -d 'Parameters of the scoring model'
complete -c competency -n '__competency_command_is match' -l format -x -a 'table json jsonl classic' -d 'What to write'
complete -c competency -n '__competency_command_is match' -l model -x -a '(__fish_complete_directories)' -d 'The embedding model'
complete -c competency -n '__competency_command_is match' -l cache -x -a '(__fish_complete_directories)' -d 'Where vectors are kept'
complete -c competency -n '__competency_command_is match' -l help -d 'Print the options'
complete -c competency -n '__competency_command_is match' -F

complete -c competency -n '__competency_command_is rank' -l role -r -F -d 'What is required'
complete -c competency -n '__competency_command_is rank' -l candidates -r -F -d 'Candidates, one a line'
complete -c competency -n '__competency_command_is rank' -l top -x -a 'all' -d 'How many are kept'
complete -c competency -n '__competency_command_is rank' -l strategy -x -a 'default conservative aggressive' -d 'How the scores become one'
complete -c competency -n '__competency_command_is rank' -l scoring -x -a 'classic' -d 'The scoring model'
complete -c competency -n '__competency_command_is rank' -l config -r -F -d 'Parameters of the scoring model'
complete -c competency -n '__competency_command_is rank' -l format -x -a 'table json jsonl' -d 'What to write'
complete -c competency -n '__competency_command_is rank' -l model -x -a '(__fish_complete_directories)' -d 'The embedding model'
complete -c competency -n '__competency_command_is rank' -l cache -x -a '(__fish_complete_directories)' -d 'Where vectors are kept'
complete -c competency -n '__competency_command_is rank' -l help -d 'Print the options'
complete -c competency -n '__competency_command_is rank' -F

complete -c competency -n '__competency_command_is cache' -l cache -x -a '(__fish_complete_directories)' -d 'Where vectors are kept'
complete -c competency -n '__competency_command_is cache' -l format -x -a 'table json' -d 'What to write'
complete -c competency -n '__competency_command_is cache' -l help -d 'Print the options'
complete -c competency -n '__competency_command_is cache' -x -a 'info clear'
