do $$
begin
    call secure('duty_phones', 'township', true);
end $$;
