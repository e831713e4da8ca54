//! What the Studio knows: content files parsed into documents, entries and relations.
