//! `GET /incidents/{id}/explanation`: why each person was paged about an incident, or was not.
