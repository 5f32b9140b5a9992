-- The sender's own mark of a message, where it is a random UUID: sent again, it is the same message.
-- Marks of older pages ("m1") begin anew with each page and stay out, as do rows of versions that know no marks.
ALTER TABLE chat_messages ADD COLUMN mark TEXT;
CREATE UNIQUE INDEX chat_messages_said_once ON chat_messages (show_id, author_id, mark) WHERE mark IS NOT NULL;
