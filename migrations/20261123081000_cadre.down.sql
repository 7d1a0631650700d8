drop table saved_filters, import_batches, import_mappings, person_distinctions, person_merges, transfer_requests, appointments, persons;
