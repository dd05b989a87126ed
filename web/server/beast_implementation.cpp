// The one place where the parts of Beast that are not templates are compiled.
#include <boost/beast/src.hpp>
