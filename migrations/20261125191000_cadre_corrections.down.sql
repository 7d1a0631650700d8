do $$
begin
    revoke delete on appointments from touyan_app;
end $$;
