//! Why each person was or was not paged about an incident, as far as its timeline and the configuration tell.
