<?php

/** What the test asks of the script: a FastCGI parameter, or the body of a request. */

declare(strict_types=1);

return json_decode($_SERVER['INPUT'] ?? file_get_contents('php://input'), true, 64, JSON_THROW_ON_ERROR);
