// Files to take away: the picture and its data, as shown.
