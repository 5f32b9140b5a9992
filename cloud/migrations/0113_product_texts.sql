-- A product in other languages than the organisation's own: by BCP 47 tag. Apart from `products`, which versions before write anew.
CREATE TABLE product_texts (
    product_id TEXT NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    language TEXT NOT NULL,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    PRIMARY KEY (product_id, language)
);
