-- Which ban took a message away: whoever takes that ban back at once gets back these, and no others.
ALTER TABLE chat_messages ADD COLUMN removed_ban TEXT;
