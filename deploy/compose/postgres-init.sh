#!/usr/bin/env bash
# Makes the database of FlixList, its owner, and the role that the exporter reads figures with.
# PostgreSQL's image runs it once, when its data folder is new.
set -euo pipefail

secrets=${SECRETS:-/run/secrets}

# psql quotes the passwords; on a command line others could read them.
psql -X --quiet --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" --dbname=postgres <<SQL
\\set flixlist_password \`cat "$secrets/postgres_flixlist_password"\`
\\set monitor_password \`cat "$secrets/postgres_monitor_password"\`
CREATE ROLE flixlist LOGIN PASSWORD :'flixlist_password';
CREATE DATABASE flixlist OWNER flixlist ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE flixlist FROM PUBLIC;
CREATE ROLE monitor LOGIN PASSWORD :'monitor_password' CONNECTION LIMIT 5;
GRANT pg_monitor TO monitor;
GRANT CONNECT ON DATABASE flixlist TO monitor;
SQL
