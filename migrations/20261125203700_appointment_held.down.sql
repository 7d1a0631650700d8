drop index appointments_held_idx;
