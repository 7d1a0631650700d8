do $$
begin
    call secure('report_publications', 'district', false, 'select, insert');
end $$;
