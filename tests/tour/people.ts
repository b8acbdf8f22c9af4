/** The seeded people as readers of the guide: what each of them remembers or has at hand. */
export const mei = { userId: 'mei.chan', password: 'harbour-lantern-42', phone: 'mei-phone' };
export const ana = { userId: 'ana.silva', password: 'tile-tram-azulejo-7', phone: 'ana-phone', oldDevice: "Ana's tablet" };
export const kit = { userId: 'kit.wong', password: 'banyan-ferry-318', role: 'Student', dateOfBirth: '2005-08-27', lastFour: '559K' };
