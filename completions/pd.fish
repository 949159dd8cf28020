COMPLETE=fish pd | source
