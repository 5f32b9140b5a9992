// Short names for the scopes of styles: the usual long ones stand at every element and weigh as they travel.
export default { compilerOptions: { runes: true, cssHash: ({ css, hash }) => `v${hash(css).slice(0, 4)}` } };
