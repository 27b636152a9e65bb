fn main() {
    akrab_handles::generate();
}
