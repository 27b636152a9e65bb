//! What the sample firm is: its teams, people and price list.

use super::records::{Product, Team, User};

/// The firm's name.
pub const FIRM: &str = "PT Nusantara Kopi Sejahtera";

/// The four teams.
pub static TEAMS: [Team; 4] = [
    Team { key: "sales_west", name_id: "Penjualan Barat", name_en: "Sales West" },
    Team { key: "sales_east", name_id: "Penjualan Timur", name_en: "Sales East" },
    Team { key: "marketing", name_id: "Pemasaran", name_en: "Marketing" },
    Team { key: "service", name_id: "Layanan Pelanggan", name_en: "Customer Service" },
];

const fn user(name: &'static str, email: &'static str, role: &'static str, team: &'static str, honorific: &'static str) -> User {
    User { name, email, role, team, honorific }
}

/// The twelve users.
pub const USERS: [User; 12] = [
    user("Ratna Kusumawati", "ratna@akrab.test", "administrator", "service", "Ibu"),
    user("Budi Hartono", "budi@akrab.test", "manager", "sales_west", "Bapak"),
    user("Siti Rahmawati", "siti@akrab.test", "sales", "sales_west", "Ibu"),
    user("Andreas Simanjuntak", "andreas@akrab.test", "sales", "sales_west", "Bapak"),
    user("Yoga Pratama", "yoga@akrab.test", "sales", "sales_west", "Bapak"),
    user("Hendra Wijaya", "hendra@akrab.test", "manager", "sales_east", "Bapak"),
    user("Ni Made Suartini", "made@akrab.test", "sales", "sales_east", "Ibu"),
    user("Andi Baso Rahman", "baso@akrab.test", "sales", "sales_east", "Bapak"),
    user("Maria Kandou", "maria@akrab.test", "sales", "sales_east", "Ibu"),
    user("Dewi Lestari", "dewi@akrab.test", "marketing", "marketing", "Ibu"),
    user("Fajar Nugroho", "fajar@akrab.test", "service", "service", "Bapak"),
    user("Sumarni", "sumarni@akrab.test", "readonly", "marketing", "Ibu"),
];

/// Places in [`USERS`] of those who own customers in the west and in the east, by how many they have.
pub(super) const WEST: &[(u32, usize)] = &[(10, who("budi")), (32, who("siti")), (30, who("andreas")), (28, who("yoga"))];
pub(super) const EAST: &[(u32, usize)] = &[(10, who("hendra")), (32, who("made")), (30, who("baso")), (28, who("maria"))];
pub(super) const ADMIN: usize = who("ratna");
pub(super) const MARKETING: usize = who("dewi");
pub(super) const SERVICE: usize = who("fajar");

/// Place of the user whose address begins so; a name nobody has does not compile.
const fn who(name: &str) -> usize {
    let mut at = 0;
    while at < USERS.len() {
        if begins(USERS[at].email.as_bytes(), name.as_bytes()) {
            return at;
        }
        at += 1;
    }
    panic!("nobody has this address")
}

const fn begins(address: &[u8], name: &[u8]) -> bool {
    let mut at = 0;
    while at < name.len() {
        if at >= address.len() || address[at] != name[at] {
            return false;
        }
        at += 1;
    }
    at < address.len() && address[at] == b'@'
}

const fn product(code: &'static str, name: &'static str, category: &'static str, unit: &'static str, price: u32) -> Product {
    Product { code, name, category, unit, price }
}

/// The price list.
pub static PRODUCTS: [Product; 40] = [
    product("KA-GAY-1", "Biji Arabika Gayo 1 kg", "coffee", "kg", 185_000),
    product("KA-MAN-1", "Biji Arabika Mandailing 1 kg", "coffee", "kg", 178_000),
    product("KA-TOR-1", "Biji Arabika Toraja Sapan 1 kg", "coffee", "kg", 198_000),
    product("KA-KIN-1", "Biji Arabika Kintamani 1 kg", "coffee", "kg", 175_000),
    product("KA-BAJ-1", "Biji Arabika Flores Bajawa 1 kg", "coffee", "kg", 182_000),
    product("KA-PRE-1", "Biji Arabika Java Preanger 1 kg", "coffee", "kg", 172_000),
    product("KA-WAM-1", "Biji Arabika Wamena 1 kg", "coffee", "kg", 215_000),
    product("KR-LAM-1", "Biji Robusta Lampung 1 kg", "coffee", "kg", 92_000),
    product("KR-DAM-1", "Biji Robusta Dampit 1 kg", "coffee", "kg", 98_000),
    product("KR-TEM-1", "Biji Robusta Temanggung 1 kg", "coffee", "kg", 96_000),
    product("KB-HSE-1", "House Blend Nusantara 1 kg", "coffee", "kg", 138_000),
    product("KB-SUS-1", "Blend Kopi Susu 1 kg", "coffee", "kg", 118_000),
    product("KG-TUB-250", "Kopi Bubuk Tubruk 250 g", "coffee", "bungkus", 24_500),
    product("KC-COLD-1", "Konsentrat Cold Brew 1 liter", "coffee", "botol", 82_000),
    product("KD-DRIP-10", "Drip Bag Arabika isi 10", "coffee", "kotak", 68_000),
    product("TH-MEL-1", "Teh Melati 1 kg", "tea", "kg", 74_000),
    product("TH-HTM-1", "Teh Hitam Malino 1 kg", "tea", "kg", 88_000),
    product("TH-MAT-500", "Bubuk Matcha 500 g", "tea", "bungkus", 145_000),
    product("SR-VAN-750", "Sirup Vanila 750 ml", "syrup", "botol", 89_000),
    product("SR-KAR-750", "Sirup Karamel 750 ml", "syrup", "botol", 89_000),
    product("SR-HAZ-750", "Sirup Hazelnut 750 ml", "syrup", "botol", 92_000),
    product("SR-PAN-750", "Sirup Pandan 750 ml", "syrup", "botol", 79_000),
    product("GA-AREN-5", "Gula Aren Cair 5 liter", "syrup", "jeriken", 165_000),
    product("GS-SEM-1", "Gula Semut 1 kg", "dry", "kg", 52_000),
    product("GP-PAS-50", "Gula Pasir 50 kg", "dry", "karung", 835_000),
    product("SU-UHT-12", "Susu UHT Full Cream 12 × 1 liter", "dairy", "karton", 228_000),
    product("SU-KEN-48", "Susu Kental Manis 48 kaleng", "dairy", "karton", 548_000),
    product("SU-OAT-6", "Susu Oat 6 × 1 liter", "dairy", "karton", 234_000),
    product("KR-NAB-1", "Krimer Nabati 1 kg", "dairy", "kg", 43_000),
    product("KJ-CHE-2", "Keju Cheddar 2 kg", "dairy", "blok", 196_000),
    product("CK-BUB-1", "Bubuk Cokelat 1 kg", "dry", "kg", 128_000),
    product("TP-TER-25", "Tepung Terigu Protein Tinggi 25 kg", "dry", "karung", 268_000),
    product("RT-CRO-60", "Croissant Beku isi 60", "frozen", "karton", 468_000),
    product("RT-DON-48", "Donat Beku isi 48", "frozen", "karton", 214_000),
    product("KT-FRE-10", "Kentang Goreng Beku 10 kg", "frozen", "karton", 385_000),
    product("GL-12-1000", "Gelas Kertas 12 oz isi 1.000", "packaging", "karton", 690_000),
    product("GL-16-1000", "Gelas Plastik 16 oz isi 1.000", "packaging", "karton", 540_000),
    product("TS-KER-500", "Tas Kertas Logo isi 500", "packaging", "karton", 725_000),
    product("MS-ESP-2", "Mesin Espresso 2 Grup", "machine", "unit", 68_500_000),
    product("MS-GRI-64", "Grinder 64 mm", "machine", "unit", 14_750_000),
];
