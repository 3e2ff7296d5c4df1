#!/bin/sh
# Prints the path of a Python >= 3.11 that really runs (a pyenv shim can exist and fail). One that can make a
# virtualenv by itself is preferred. Exit code 2 and one sentence when there is none.
set -u
wanted='import sys; sys.exit(sys.version_info < (3, 11))'
complete='import sys, venv; from ensurepip import version; sys.exit(sys.version_info < (3, 11))'

if [ -n "${PYTHON:-}" ]; then
    if "$PYTHON" -c "$wanted" >/dev/null 2>&1; then echo "$PYTHON"; exit 0; fi
    echo "hrms: PYTHON=$PYTHON does not run or is older than Python 3.11: name another one or leave it out." >&2
    exit 2
fi
# The finished virtualenv first: it answers fastest when there is nothing to do.
if [ -f .venv/installed.stamp ] && .venv/bin/python -c "$wanted" >/dev/null 2>&1; then
    echo .venv/bin/python; exit 0
fi
candidates='python3 python3.13 python3.12 python3.11 python3.14 python
    /usr/bin/python3 /usr/local/bin/python3 /opt/homebrew/bin/python3'
for check in "$complete" "$wanted"; do
    for candidate in $candidates; do
        if "$candidate" -c "$check" >/dev/null 2>&1; then echo "$candidate"; exit 0; fi
    done
done
echo "hrms: there is no Python 3.11 or newer here: install one (on Debian 12 and Ubuntu 24.04" \
    "\`apt-get install python3 python3-venv\`) or name it with \`make PYTHON=/path/to/python3\`." >&2
exit 2
