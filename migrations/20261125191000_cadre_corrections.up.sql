-- A post that was entered by mistake is taken out; the audit trail keeps what it said.
do $$
begin
    grant delete on appointments to touyan_app;
end $$;
