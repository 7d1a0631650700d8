drop table election_rows, election_drafts, election_rounds;
