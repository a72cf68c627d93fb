"""Where deals and activities come from: files and CRMs, taken in batch by batch and kept up to date."""
