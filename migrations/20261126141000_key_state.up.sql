-- Which keys of the secret file the values of this database were made with: one row for the whole database. It changes in
-- the transaction that rebuilds the indexes, and comes back with a backup, so the file and the database cannot disagree.
create table key_state (
    only_row boolean primary key default true constraint key_state_only_check check (only_row),
    seal_key int not null,  -- the newest key that sealed anything
    index_key int not null, -- the key of all blind indexes
    changed_at timestamptz not null default now()
);
