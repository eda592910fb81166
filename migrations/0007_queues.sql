-- A list under a parent may be asked for again while it is being read: such a reading ends only what it began with.
ALTER TABLE fanouts ADD COLUMN asked INTEGER NOT NULL DEFAULT 1;
-- Whether a slice is too old is told by its walk and by how far the events are read.
ALTER TABLE slices DROP COLUMN read_s;
-- The newest answer of the API that an event has outdated: where the events of one second go in a circle (A→B→A), it
-- tells where that began, whichever of them arrives first.
CREATE TABLE answers (
  resource INTEGER NOT NULL,
  row_id INTEGER NOT NULL,
  from_s INTEGER NOT NULL,             -- the service's time during which this content is known to have held
  until_s INTEGER NOT NULL,
  data TEXT,                           -- null: the object was not there
  PRIMARY KEY (resource, row_id)
) STRICT, WITHOUT ROWID;
