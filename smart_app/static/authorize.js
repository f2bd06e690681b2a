// Sends the launch on to the EHR. Without JavaScript its button does the same.
document.getElementById("authorize").submit();
