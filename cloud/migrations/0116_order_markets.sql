-- Where an order was sold to (ISO 3166-1 alpha-2), where the shop says it.
ALTER TABLE orders ADD COLUMN market TEXT;
