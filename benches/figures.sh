# What `footprint/run` and `counts/run` share: figures that are written down beside the compiler that they are of, and what
# is done when they have grown. A file of figures begins with a line that names what they depend on; each line after it is
# a kind, what was measured, and how much it was.
#
# Who reads this in has set `figures` and `readme`, the files; `growth`, in percent for each kind; and `ceilings`, which
# may be empty.

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
measured=$tmp/figures.txt
failures=0

complain() {
    echo "FAILED: $*" >&2
    failures=$((failures + 1))
}

# Judges what was measured by what is written down; with `--update`, writes it down instead, in both files.
settle() {
    if [[ ${1:-} == --update ]]; then
        cp "$measured" "$figures"
        with_table "$figures" >"$tmp/README.md"
        cp "$tmp/README.md" "$readme"
    else
        compare
        with_table "$figures" | diff "$readme" - || complain "$readme has other figures than $figures"
    fi
    ((failures == 0))
}

compare() {
    local kind what value before
    if [[ $(head -n 1 "$figures") != $(head -n 1 "$measured") ]]; then
        diff --side-by-side --width 80 "$figures" "$measured" || true
        echo "Another compiler, or another machine: look at the figures, and write them down with $0 --update."
        return
    fi
    while read -r kind what value; do
        before=$(awk -v kind="$kind" -v what="$what" '$1 == kind && $2 == what { print $3 }' "$figures")
        if [[ -z $before ]]; then
            complain "$kind $what is not written down"
        elif ((value * 100 > before * (100 + growth[$kind]))); then
            complain "$kind $what was $before and is $value"
        fi
    done < <(tail -n +2 "$measured")
    while read -r kind what _; do
        grep --quiet "^$kind $what " "$measured" || complain "$kind $what is written down and was not measured"
    done < <(tail -n +2 "$figures")
}

# The README with the table of a file of figures in its place.
with_table() {
    table "$1" >"$tmp/table"
    awk -v table="$tmp/table" '
        /^<!-- figures -->$/ { print; print ""; while ((getline line < table) > 0) print line; print ""; inside = 1 }
        /^<!-- end -->$/ { inside = 0 }
        !inside' "$readme"
}

table() {
    local kind what value bounded=${#ceilings[@]}
    ceiling() { ((bounded == 0)) || echo " $1 |"; }
    echo "| $(head -n 1 "$1") | measured |$(ceiling ceiling)"
    echo "|---|---:|$( ((bounded == 0)) || echo '---:|')"
    while read -r kind what value; do
        echo "| $kind, \`$what\` | $(grouped "$value") |$(ceiling "$(grouped "${ceilings[$kind $what]:-}")")"
    done < <(tail -n +2 "$1")
}

grouped() { sed ':again; s/\B[0-9]\{3\}\>/,&/; t again' <<<"$1"; }
