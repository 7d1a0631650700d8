drop table key_state;
