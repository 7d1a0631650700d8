#!/usr/bin/env bash
# Makes sure that headless Chromium and a Chinese font are there: installs them where that is allowed, or names the command.
set -euo pipefail
packages="chromium fonts-noto-cjk"

found() {
	local b
	for b in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
		[ -n "$b" ] && command -v "$b" >/dev/null && break
		b=
	done
	[ -n "$b" ] && command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh family 2>/dev/null | head -1)" ]
}
found && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	echo "installing Chromium and a Chinese font"
	export DEBIAN_FRONTEND=noninteractive
	install="apt-get install -y -qq --no-install-recommends $packages fontconfig"
	if $install >/dev/null || { apt-get update -qq && $install >/dev/null; }; then
		found && exit 0
	fi
fi
cat >&2 <<MESSAGE
没有找到 Chromium 或中文字体。请以 root 执行:
  apt-get install -y --no-install-recommends $packages fontconfig
MESSAGE
exit 1
