-- A version that knows no ranks gives a member a role: the rank that they had is not theirs any more, even when the word is the
-- same. Versions that know ranks change one of the others with each role that they give.
CREATE FUNCTION members_standing() RETURNS trigger AS $$
BEGIN
  NEW.rank := NULL;
  NEW.role_id := NULL;
  RETURN NEW;
END
$$ LANGUAGE plpgsql;
CREATE TRIGGER members_standing BEFORE UPDATE OF role ON members FOR EACH ROW
WHEN (NEW.rank IS NOT NULL AND NEW.standing = OLD.standing AND NEW.rank IS NOT DISTINCT FROM OLD.rank
  AND NEW.role_id IS NOT DISTINCT FROM OLD.role_id)
EXECUTE FUNCTION members_standing();
