source <(COMPLETE=bash pd)
