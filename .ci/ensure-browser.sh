#!/usr/bin/env bash
# Makes sure that headless Chromium and a Chinese font are on this machine, for the browser tests: what is installed,
# else Debian's packages (as root), else one command to type. The names are those that internal/testkit looks for.
set -euo pipefail
packages="chromium fonts-noto-cjk fontconfig"

browser() {
	[ -n "${CHROME_BIN:-}" ] && [ -x "$CHROME_BIN" ] && return 0
	local name
	for name in chromium chromium-browser google-chrome google-chrome-stable chrome headless-shell; do
		command -v "$name" >/dev/null && return 0
	done
	return 1
}
font() { command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh-cn family)" ]; }

if browser && font; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	echo "installing $packages by apt-get" >&2
	export DEBIAN_FRONTEND=noninteractive
	install="apt-get install -y -qq --no-install-recommends $packages"
	$install >&2 || { apt-get update -qq >&2 && $install >&2; } || true
	if browser && font; then exit 0; fi
fi
browser || echo "headless Chromium is missing" >&2
font || echo "a Chinese font is missing: every character would be an empty box" >&2
echo "Install them with
    sudo apt-get install -y --no-install-recommends $packages" >&2
exit 1
