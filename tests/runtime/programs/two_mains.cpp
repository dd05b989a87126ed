// Cannot be a worker of circuit_add_worker(), which has a main already.
int main() {}
