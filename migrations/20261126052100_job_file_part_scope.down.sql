select 1; -- policies and grants go with their table
