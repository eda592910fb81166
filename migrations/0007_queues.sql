-- A list under a parent may be asked for again while it is being read: such a reading ends only what it began with.
ALTER TABLE fanouts ADD COLUMN asked INTEGER NOT NULL DEFAULT 1;
-- Whether a slice is too old is told by its walk and by how far the events are read.
ALTER TABLE slices DROP COLUMN read_s;
