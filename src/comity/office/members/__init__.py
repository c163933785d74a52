"""Who belongs: parties and their treaty status, blocs, delegations, credentials."""
