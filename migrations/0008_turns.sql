-- How often an object, or a list under a parent, could not be read: what failed waits behind what was not tried as often,
-- so that no number of broken ones keeps the others from their turn. Only the failed ones are in the indexes.
ALTER TABLE fetches ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE fanouts ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
CREATE INDEX fetches_tried ON fetches (account, tries, resource, id) WHERE tries > 0;
CREATE INDEX fanouts_tried ON fanouts (account, tries, resource, parent_id) WHERE tries > 0;
