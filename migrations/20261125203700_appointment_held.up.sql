-- The register asks of every person which posts he holds. The exclusion constraint's own index answers too, three times
-- slower; this one is read without the table.
create index appointments_held_idx on appointments (tenant_id, person_id)
    include (during, position_code, is_paid, management_type, way_in, way_out, township_id, village_id);
