"""The commands `piccolo db ...`, one file each."""
