# SPDX-License-Identifier: MIT

# Whether the verb on the line is one of these.
function __heaplens_verb_is
    set -l words (commandline -opc)
    test (count $words) -gt 1; and contains -- $words[2] $argv
end

function __heaplens_has_no_verb
    test (count (commandline -opc)) -eq 1
end

function __heaplens_words_are
    test (count (commandline -opc)) -eq $argv[1]
end

# The names of baselines, in the folder that the line names.
function __heaplens_baselines
    set -l words (commandline -opc)
    set -l folder .heaplens/baselines
    if set -l at (contains -i -- --baselines $words); and test $at -lt (count $words)
        set folder $words[(math $at + 1)]
    end
    for path in $folder/*.heaplens
        basename $path .heaplens
    end
end

complete -c heaplens -f
complete -c heaplens -n __heaplens_has_no_verb -l help -d 'Print the verbs'
complete -c heaplens -n __heaplens_has_no_verb -l version -d 'Print the version'
complete -c heaplens -n __heaplens_has_no_verb -a run -d 'Run a program and write a profile of its heap'
complete -c heaplens -n __heaplens_has_no_verb -a report -d 'Show a profile'
complete -c heaplens -n __heaplens_has_no_verb -a stat -d 'Run a program and print the totals of its heap'
complete -c heaplens -n __heaplens_has_no_verb -a diff -d 'What changed between two profiles'
complete -c heaplens -n __heaplens_has_no_verb -a compare -d 'Run two builds side by side'
complete -c heaplens -n __heaplens_has_no_verb -a check -d 'Hold a profile to the limits of a budget file'
complete -c heaplens -n __heaplens_has_no_verb -a baseline -d 'Keep profiles by a name'
complete -c heaplens -n __heaplens_has_no_verb -a snapshot -d 'Write a profile of a process that runs'
complete -c heaplens -n __heaplens_has_no_verb -a top -d 'Watch the heap of a process that runs'

complete -c heaplens -n '__heaplens_verb_is run' -s o -r -F -d 'The profile'
complete -c heaplens -n '__heaplens_verb_is run' -l mode -x -a 'full count sample off' -d 'How much is recorded'
complete -c heaplens -n '__heaplens_verb_is run' -l depth -x -d 'Frames kept of a call stack'
complete -c heaplens -n '__heaplens_verb_is run' -l no-follow-fork -d 'Record the program only, not what it starts'
complete -c heaplens -n '__heaplens_verb_is run' -l store-max -x -d 'Bound of what is kept of a process'
complete -c heaplens -n '__heaplens_verb_is run' -l help -d 'Print the options'
complete -c heaplens -n '__heaplens_verb_is run' -x -a '(__fish_complete_subcommand --fcs-skip=2 -o --mode --depth --store-max)'

complete -c heaplens -n '__heaplens_verb_is report' -l sort -x -a 'peak total blocks leaked temporary lifetime' -d 'One ranking of call sites'
complete -c heaplens -n '__heaplens_verb_is report' -l metric -x -a 'peak total blocks leaked temporary lifetime' -d 'What folded stacks count'
complete -c heaplens -n '__heaplens_verb_is report' -l at -x -a 'peak end total' -d 'One ranking, of a moment'
complete -c heaplens -n '__heaplens_verb_is report' -l filter -x -d 'Only call sites with such a function or module'
complete -c heaplens -n '__heaplens_verb_is report' -l scope -x -d 'Only what scopes of this label allocated'
complete -c heaplens -n '__heaplens_verb_is report' -l thread -x -d 'Only what this thread allocated'
complete -c heaplens -n '__heaplens_verb_is report' -l invert -d 'The tree of calls from what allocated to its callers'
complete -c heaplens -n '__heaplens_verb_is report' -l top -x -d 'Call sites in a ranking'
complete -c heaplens -n '__heaplens_verb_is report' -l process -x -d 'The process to show'
complete -c heaplens -n '__heaplens_verb_is report' -l format -x -a 'text html markdown json dhat pprof folded speedscope' -d 'What to write'
complete -c heaplens -n '__heaplens_verb_is report' -s o -r -F -d 'Write there'
complete -c heaplens -n '__heaplens_verb_is report' -l help -d 'Print the options'
complete -c heaplens -n '__heaplens_verb_is report' -F

complete -c heaplens -n '__heaplens_verb_is stat' -l mode -x -a 'count full' -d 'How much is recorded'
complete -c heaplens -n '__heaplens_verb_is stat' -l json -d 'One JSON object instead of a table'
complete -c heaplens -n '__heaplens_verb_is stat' -s o -r -F -d 'Write there'
complete -c heaplens -n '__heaplens_verb_is stat' -l help -d 'Print the options'
complete -c heaplens -n '__heaplens_verb_is stat' -x -a '(__fish_complete_subcommand --fcs-skip=2 -o --mode)'

complete -c heaplens -n '__heaplens_verb_is diff' -l sort -x -a 'peak total blocks leaked temporary' -d 'Only this metric'
complete -c heaplens -n '__heaplens_verb_is diff' -l top -x -d 'Call sites and functions shown of a metric'
complete -c heaplens -n '__heaplens_verb_is diff' -l threshold -x -d 'Hide what changed by less'
complete -c heaplens -n '__heaplens_verb_is diff' -l before-process -x -d 'The process to compare'
complete -c heaplens -n '__heaplens_verb_is diff' -l after-process -x -d 'The process to compare'
complete -c heaplens -n '__heaplens_verb_is diff' -l no-renames -d 'A renamed function is gone and new'
complete -c heaplens -n '__heaplens_verb_is diff' -l format -x -a 'text markdown json html folded' -d 'What to write'
complete -c heaplens -n '__heaplens_verb_is diff' -s o -r -F -d 'Write there'
complete -c heaplens -n '__heaplens_verb_is diff' -l help -d 'Print the options'
complete -c heaplens -n '__heaplens_verb_is diff' -F

complete -c heaplens -n '__heaplens_verb_is compare' -l rounds -x -d 'Blocks of four processes, at most'
complete -c heaplens -n '__heaplens_verb_is compare' -l max-time -x -d 'Seconds after which to stop'
complete -c heaplens -n '__heaplens_verb_is compare' -l margin -x -d 'Changes within it do not matter, in percent'
complete -c heaplens -n '__heaplens_verb_is compare' -l alpha -x -d 'Risk of a false verdict'
complete -c heaplens -n '__heaplens_verb_is compare' -l seed -x -d 'Of the order of runs'
complete -c heaplens -n '__heaplens_verb_is compare' -l warm-up -x -d 'Runs of each before anything is measured'
complete -c heaplens -n '__heaplens_verb_is compare' -l shell -d 'Run the commands with sh -c'
complete -c heaplens -n '__heaplens_verb_is compare' -l no-heap -d 'Do not run under the recorder'
complete -c heaplens -n '__heaplens_verb_is compare' -l log -r -F -d 'Append what the commands write'
complete -c heaplens -n '__heaplens_verb_is compare' -l format -x -a 'text markdown json' -d 'The format'
complete -c heaplens -n '__heaplens_verb_is compare' -s o -r -F -d 'Write there'
complete -c heaplens -n '__heaplens_verb_is compare' -l help -d 'Print the options'

complete -c heaplens -n '__heaplens_verb_is check' -l budget -r -F -d 'The budget file'
complete -c heaplens -n '__heaplens_verb_is check' -l baseline -r -F -a '(__heaplens_baselines)' -d 'What "baseline" is in limits'
complete -c heaplens -n '__heaplens_verb_is check' -l baselines -x -a '(__fish_complete_directories)' -d 'Where named baselines are kept'
complete -c heaplens -n '__heaplens_verb_is check' -l top -x -d 'Call sites shown of a broken limit'
complete -c heaplens -n '__heaplens_verb_is check' -l format -x -a 'text markdown junit json' -d 'What to write'
complete -c heaplens -n '__heaplens_verb_is check' -s o -r -F -d 'Write there'
complete -c heaplens -n '__heaplens_verb_is check' -l help -d 'Print the options'
complete -c heaplens -n '__heaplens_verb_is check' -F

complete -c heaplens -n '__heaplens_verb_is baseline' -l baselines -x -a '(__fish_complete_directories)' -d 'Where they are kept'
complete -c heaplens -n '__heaplens_verb_is baseline' -l help -d 'Print the options'
complete -c heaplens -n '__heaplens_verb_is baseline; and __heaplens_words_are 2' -a 'save update show'
complete -c heaplens -n '__heaplens_verb_is baseline; and not __heaplens_words_are 2' -F -a '(__heaplens_baselines)'

complete -c heaplens -n '__heaplens_verb_is snapshot' -s o -r -F -d 'The profile'
complete -c heaplens -n '__heaplens_verb_is snapshot' -l help -d 'Print the options'
complete -c heaplens -n '__heaplens_verb_is snapshot' -x -a '(__fish_complete_pids)'

complete -c heaplens -n '__heaplens_verb_is top' -l once -d 'Show it once'
complete -c heaplens -n '__heaplens_verb_is top' -l json -d 'One line of JSON each time'
complete -c heaplens -n '__heaplens_verb_is top' -l interval -x -d 'Between two looks'
complete -c heaplens -n '__heaplens_verb_is top' -l top -x -d 'Call sites shown'
complete -c heaplens -n '__heaplens_verb_is top' -l sort -x -a 'live peak total blocks temporary lifetime' -d 'Order of the call sites'
complete -c heaplens -n '__heaplens_verb_is top' -l help -d 'Print the options'
complete -c heaplens -n '__heaplens_verb_is top' -x -a '(__fish_complete_pids)'
