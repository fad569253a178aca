#!/bin/sh
# Unwraps what Keyferry let out, with the OpenSSL command line (3.0 or later) alone.
#
#   sh unwrap-export.sh PRIVATE-KEY.pem WRAPPED-FILE OUT-FILE     one download
#   sh unwrap-export.sh PRIVATE-KEY.pem EXPORT-FOLDER OUT-FOLDER  everything below material/
#
# OpenSSL asks for the passphrase of a protected key each time; name a file with it in KEYFERRY_PASSPHRASE_FILE instead.
# The AES key of each file, which protects nothing else, is an argument of `openssl enc` for a moment: run this where nobody else
# looks at processes. What comes out: bytes of AES and HMAC keys as they are (.bin), private keys as PKCS#8 DER (.der).
set -eu
umask 077

fail() {
    echo "error: $*" >&2
    exit 1
}

[ $# -eq 3 ] || fail "usage: unwrap-export.sh PRIVATE-KEY.pem FILE-OR-FOLDER OUT"
key=$1
from=$2
to=$3

# Beside what is made, so that nothing in the clear is on another disk.
work=$(mktemp -d "$(dirname "$to")/.unwrap.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# Runs a command of OpenSSL with the private key, and with its passphrase where a file has it.
with_key() {
    if [ -n "${KEYFERRY_PASSPHRASE_FILE:-}" ]; then
        openssl "$@" -passin "file:$KEYFERRY_PASSPHRASE_FILE"
    else
        openssl "$@"
    fi
}

bits=$(with_key pkey -in "$key" -noout -text_pub | sed -n '1s/.*(\([0-9]*\) bit.*/\1/p')
[ -n "$bits" ] || fail "$key is no RSA private key"
modulus=$(((bits + 7) / 8))

oaep() {
    with_key pkeyutl -decrypt -inkey "$key" -in "$1" -out "$2" \
        -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256 ||
        fail "$1 does not unwrap with $key"
}

# A file as long as the modulus is RSAES-OAEP; a longer one begins with an AES-256 key that is, and AES key wrap follows.
unwrap() {
    [ ! -e "$2" ] || fail "$2 is there already"
    length=$(($(wc -c <"$1")))
    [ "$length" -ge "$modulus" ] || fail "$1 is shorter than the modulus of $key"
    if [ "$length" -eq "$modulus" ]; then
        oaep "$1" "$work/plain"
    else
        head -c "$modulus" "$1" >"$work/first"
        tail -c "+$((modulus + 1))" "$1" >"$work/second"
        oaep "$work/first" "$work/aes"
        openssl enc -d -id-aes256-wrap-pad -iv A65959A6 -K "$(od -An -v -tx1 "$work/aes" | tr -d ' \n')" \
            -in "$work/second" -out "$work/plain" || fail "$1 does not unwrap with $key"
    fi
    mv "$work/plain" "$2"
}

if [ -f "$from" ]; then
    unwrap "$from" "$to"
    exit 0
fi

[ -f "$from/manifest.json" ] || fail "$from has no manifest.json: it is no export, or not a whole one"
[ ! -e "$to" ] || fail "$to is there already"

# One line for each version of the manifest.
tr -d ' \n' <"$from/manifest.json" | tr '{' '\n' >"$work/versions"

# Every file is the one of its version, and there is one for each that has one.
named=$(grep -c '"file":"material/' "$work/versions" || true)
there=0
for file in "$from"/material/*/*; do
    [ -f "$file" ] || continue
    sum=$(openssl dgst -sha256 -r "$file" | cut -d ' ' -f 1)
    grep -F "\"file\":\"${file#"$from"/}\"" "$work/versions" | grep -qF "\"sha256\":\"$sum\"" ||
        fail "$file is not the file of the manifest"
    there=$((there + 1))
done
[ "$there" -eq "$named" ] || fail "the manifest names $named files, and there are $there"

mkdir "$to"
count=0
for file in "$from"/material/*/*; do
    [ -f "$file" ] || continue
    id=$(basename "$(dirname "$file")")
    name=$(basename "$file")
    mkdir -p "$to/$id"
    case $name in
    *.oaep) unwrap "$file" "$to/$id/${name%.oaep}.bin" ;;
    *.kwp) unwrap "$file" "$to/$id/${name%.kwp}.der" ;;
    *) fail "$file is wrapped in a way that this script does not know" ;;
    esac
    count=$((count + 1))
done
echo "$count files were unwrapped to $to" >&2
echo "note: the manifest's signature was not checked: who could write to $from could have changed all of it" >&2
