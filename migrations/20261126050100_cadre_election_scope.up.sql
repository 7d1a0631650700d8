do $$
begin
    call secure('election_rounds', 'district', true);
    call secure('election_drafts', 'village', false);
    call secure('election_rows', 'village', false, 'select, insert, update, delete');
end $$;
