alter table appointments drop constraint appointments_seat_excl;
