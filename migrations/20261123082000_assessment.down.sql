drop table assessment_settings, assessment_differences, assessment_objections, assessment_results, assessment_postings,
    assessment_publications, assessment_acts, assessment_roster_decisions, assessment_proposals, assessment_entries,
    assessment_cells, assessment_rows, assessment_sheets, assessment_months, assessment_schemes;
