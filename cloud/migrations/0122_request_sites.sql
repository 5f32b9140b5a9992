-- The site that a request came from: of IPv6 the /48 whose lines one holder has. Those of before have none, and are over in minutes.
ALTER TABLE sign_in_requests ADD COLUMN site TEXT NOT NULL DEFAULT '';
CREATE INDEX sign_in_requests_of_site ON sign_in_requests (site, created_ms);
