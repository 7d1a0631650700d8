drop table duty_phones;
