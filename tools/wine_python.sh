#!/usr/bin/env bash
# A Windows CPython on Linux: Wine from Debian, the interpreter and the packages from PyPI, nothing else.
#
#   tools/wine_python.sh            sets it up once in ${ALERTABLE_WINE_DIR:-~/.cache/alertable-wine}
#   that directory/wpython ARGS...  runs it (real kernel32.dll and ws2_32.dll through ctypes.WinDLL)
#
# The interpreter's DLLs come out of the panda3d wheel for Windows, which carries python.org's; the pure-Python standard
# library is the same on every platform and is copied from a Python 3.11 of this machine.
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
dir=${ALERTABLE_WINE_DIR:-$HOME/.cache/alertable-wine}
panda3d=1.10.16
fail() { echo "wine_python.sh: $*" >&2; exit 1; }

python=
for candidate in "$here/.venv/bin/python" python3.11 python3; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then python=$candidate; break; fi
done
[ -n "$python" ] || fail "needs a Python 3.11 on this machine (its standard library is used under Wine); install python3.11"

need=()
command -v wine >/dev/null || need+=(wine wine64)
command -v x86_64-w64-mingw32-gcc >/dev/null || need+=(gcc-mingw-w64-x86-64-posix)
command -v unzip >/dev/null || need+=(unzip)
if [ ${#need[@]} -gt 0 ]; then
    command -v apt-get >/dev/null || fail "install these first: ${need[*]}"
    root=(); [ "$(id -u)" = 0 ] || root=(sudo)
    "${root[@]}" apt-get update -qq
    DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -qq --no-install-recommends "${need[@]}" >/dev/null 2>"/tmp/wine-apt.$$" ||
        { cat "/tmp/wine-apt.$$" >&2; fail "apt-get could not install ${need[*]}"; }
    rm -f "/tmp/wine-apt.$$"
fi

mkdir -p "$dir/python"
if [ ! -f "$dir/python/python311.dll" ]; then
    "$python" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --platform win_amd64 \
        --python-version 3.11 --implementation cp --dest "$dir/wheel" "panda3d==$panda3d" 2>&1 | grep -v '^WARNING' || true
    unzip -q -o -j "$dir/wheel/panda3d-$panda3d"-*.whl 'deploy_libs/*' -d "$dir/python" || fail "no panda3d wheel; see above"
fi
if [ ! -f "$dir/python/python.exe" ]; then
    printf '%s\n' '#include <wchar.h>' '__declspec(dllimport) int Py_Main(int, wchar_t **);' \
        'int wmain(int argc, wchar_t **argv) { return Py_Main(argc, argv); }' >"$dir/main.c"
    printf 'LIBRARY python311.dll\nEXPORTS\nPy_Main\n' >"$dir/python311.def"
    x86_64-w64-mingw32-dlltool -d "$dir/python311.def" -l "$dir/libpython311.a"
    x86_64-w64-mingw32-gcc -municode -O2 -o "$dir/python/python.exe" "$dir/main.c" "$dir/libpython311.a"
fi
if [ ! -f "$dir/python/Lib/os.py" ]; then
    stdlib=$("$python" -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')
    mkdir -p "$dir/python/Lib"
    tar -C "$stdlib" -cf - --exclude=site-packages --exclude=dist-packages --exclude=test --exclude=lib-dynload \
        --exclude='config-*' --exclude=__pycache__ --exclude=idlelib --exclude=tkinter . | tar -C "$dir/python/Lib" -xf -
fi

# The packages: what pyproject.toml asks for at run time, and pytest.
wanted=$("$python" - "$here/pyproject.toml" <<'PY'
import sys, tomllib
with open(sys.argv[1], "rb") as f:
    project = tomllib.load(f)["project"]
tests = [d for d in project["optional-dependencies"]["dev"] if d.startswith("pytest")]
print("\n".join([*project["dependencies"], *tests, "colorama"]))
PY
)
packages="$dir/python/Lib/site-packages"
if [ "$(cat "$dir/packages.txt" 2>/dev/null)" != "$wanted" ]; then
    rm -rf "$packages"
    # shellcheck disable=SC2086  # one requirement per word
    "$python" -m pip install --quiet --disable-pip-version-check --platform win_amd64 --python-version 3.11 --implementation cp \
        --only-binary=:all: --target "$packages" $wanted 2>&1 | grep -v '^WARNING' || true
    [ -d "$packages/pytest" ] || fail "pip could not install the Windows wheels; see above"
    printf '%s' "$wanted" >"$dir/packages.txt"
fi

cat >"$dir/wpython" <<WRAPPER
#!/usr/bin/env bash
# Windows CPython under Wine.  Its streams must be files or pipes, so they go through cat.
export WINEPREFIX="$dir/prefix" WINEARCH=win64 WINEDEBUG=\${WINEDEBUG:--all} PYTHONHOME='Z:${dir//\//\\}\\python' PYTHONUTF8=1
# Code is compiled once: the tests start hundreds of interpreters.
export PYTHONPYCACHEPREFIX='Z:${dir//\//\\}\\pycache'
unset DISPLAY PYTHONDONTWRITEBYTECODE
set -o pipefail
if [ -t 0 ]; then exec </dev/null; fi
wine "$dir/python/python.exe" "\$@" 2> >(cat >&2) | cat
WRAPPER
chmod +x "$dir/wpython"
if [ ! -d "$dir/prefix" ]; then
    WINEPREFIX="$dir/prefix" WINEARCH=win64 WINEDEBUG=-all DISPLAY='' wineboot --init >/dev/null 2>&1 || true
fi
"$dir/wpython" -c 'import sys, ctypes; ctypes.WinDLL("ws2_32"); print("Windows CPython", sys.version.split()[0], "under Wine is ready")' </dev/null
