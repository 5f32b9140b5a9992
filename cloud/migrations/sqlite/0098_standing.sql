-- A version that knows no ranks gives a member a role: the rank that they had is not theirs any more, even when the word is the
-- same. Versions that know ranks change one of the others with each role that they give.
CREATE TRIGGER members_standing AFTER UPDATE OF role ON members
WHEN NEW.rank IS NOT NULL AND NEW.standing = OLD.standing AND NEW.rank IS OLD.rank AND NEW.role_id IS OLD.role_id
BEGIN
  UPDATE members SET rank = NULL, role_id = NULL WHERE org_id = NEW.org_id AND user_id = NEW.user_id;
END;
