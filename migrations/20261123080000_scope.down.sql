drop procedure secure(regclass, text, boolean, text, text, text);
drop function secure_setting(text, text, boolean);
