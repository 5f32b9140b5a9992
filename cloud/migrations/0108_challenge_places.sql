-- Where a sign-in that waits for the second factor was begun: so many wait of each place, so that strangers with the password push
-- nobody out at home.
ALTER TABLE sign_in_challenges ADD COLUMN place TEXT NOT NULL DEFAULT '';
