"""What serving costs as things grow: figures, fits, plots."""
